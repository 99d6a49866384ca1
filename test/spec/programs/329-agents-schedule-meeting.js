const calendars = {
  ada: [[9, 10], [13, 15]],
  bob: [[9, 11], [12, 13]],
  eve: [[10, 11], [16, 17]],
};
const isFree = (who, hour) => !calendars[who].some(([from, to]) => hour >= from && hour < to);
const slots = [];
for (let hour = 9; hour < 17; hour++) {
  const busy = Object.keys(calendars).filter(who => !isFree(who, hour));
  if (busy.length === 0) slots.push(hour);
  else if (busy.length === 1) console.log(`${hour}: only ${busy[0]} is busy`);
}
slots.length ? `First free slot: ${slots[0]}:00 (of ${slots.length})` : 'No slot';
