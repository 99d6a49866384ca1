const format = new Intl.DateTimeFormat('en-US', { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hour12: false, timeZone: 'UTC' });
const parts = Object.fromEntries(format.formatToParts(new Date(echo('2024-09-08T07:06:05Z'))).filter(p => p.type !== 'literal').map(p => [p.type, echo(p.value)]));
`${parts.year}${parts.month}${parts.day}_${parts.hour}${parts.minute}`;
