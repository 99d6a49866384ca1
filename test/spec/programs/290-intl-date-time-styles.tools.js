const date = new Date(echo('2024-11-05T08:09:10Z'));
const styles = ['full', 'long', 'medium', 'short'];
const out = styles.map(dateStyle => new Intl.DateTimeFormat('en-US', { dateStyle, timeZone: 'UTC' }).format(date));
out.push(new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: echo('medium'), timeZone: 'Europe/London' }).format(date));
out.push(new Intl.DateTimeFormat('ja-JP', { era: 'short', year: 'numeric' }).format(date));
out;
