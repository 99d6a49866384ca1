const meeting = new Date('2024-07-01T15:30:00Z');
const zones = ['UTC', 'America/New_York', 'Europe/Berlin', 'Asia/Tokyo', 'Asia/Kolkata'];
Object.fromEntries(zones.map(timeZone => [timeZone, meeting.toLocaleString('en-US', { timeZone: timeZone, dateStyle: 'short', timeStyle: 'short' })]));
