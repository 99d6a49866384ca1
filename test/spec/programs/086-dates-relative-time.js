const rtf = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const now = Date.UTC(2024, 4, 10);
const ago = iso => {
  const days = Math.round((Date.parse(iso) - now) / 864e5);
  return Math.abs(days) < 7 ? rtf.format(days, 'day') : rtf.format(Math.round(days / 7), 'week');
};
['2024-05-10', '2024-05-09', '2024-05-13', '2024-04-20'].map(d => ago(d));
