const names = Array.from({ length: 12 }, (_, m) => new Date(Date.UTC(2024, m)).toLocaleString('default', { month: 'long', timeZone: 'UTC' }));
const weekdays = [...Array(7).keys()].map(i => new Intl.DateTimeFormat('fr-FR', { weekday: 'short', timeZone: 'UTC' }).format(Date.UTC(2024, 0, i + 1)));
({ names, weekdays, longest: names.reduce((a, b) => b.length > a.length ? b : a) });
