const meeting = new Date(echo('2024-07-01T15:30:00Z'));
const zones = ['UTC', 'America/New_York', 'Europe/Berlin', 'Asia/Tokyo', 'Asia/Kolkata'];
Object.fromEntries(zones.map(timeZone => [timeZone, meeting.toLocaleString('en-US', { timeZone: echo(timeZone), dateStyle: 'short', timeStyle: 'short' })]));
