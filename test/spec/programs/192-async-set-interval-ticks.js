let ticks = 0;
const done = await new Promise(resolve => {
  const timer = setInterval(() => {
    ticks++;
    if (ticks === 3) { clearInterval(timer); resolve(`${ticks} ticks`); }
  }, 1);
  const unused = setTimeout(() => { ticks += 100; }, 1);
  clearTimeout(unused);
});
[done, ticks];
