const d = new Date('2024-03-05T14:07:09Z');
[
  d.toLocaleDateString(),
  d.toLocaleTimeString(),
  d.toLocaleString(),
  d.toLocaleDateString('en-US', { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' }),
  d.toLocaleDateString('en-GB'),
  d.toLocaleDateString('de-DE', { dateStyle: 'medium' }),
  d.toLocaleTimeString('en-US', { hour: '2-digit', minute: '2-digit', hour12: false }),
  d.toLocaleDateString(undefined, { month: 'short', day: 'numeric' }),
];
