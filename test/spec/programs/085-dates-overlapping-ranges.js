const bookings = [
  { room: 'A', from: '2024-05-01T09:00Z', to: '2024-05-01T10:30Z' },
  { room: 'B', from: '2024-05-01T10:00Z', to: '2024-05-01T11:00Z' },
  { room: 'C', from: '2024-05-01T11:00Z', to: '2024-05-01T12:00Z' },
].map(b => ({ ...b, from: Date.parse(b.from), to: Date.parse(b.to) }));
const clashes = [];
bookings.forEach((a, i) => bookings.slice(i + 1).forEach(b => {
  if (a.from < b.to && b.from < a.to) clashes.push([a.room, b.room, (Math.min(a.to, b.to) - Math.max(a.from, b.from)) / 60000]);
}));
clashes;
