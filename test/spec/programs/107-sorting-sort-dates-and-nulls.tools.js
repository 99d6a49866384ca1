const tasks = [
  { title: 'a', due: '2024-05-01' }, { title: 'b', due: null }, { title: 'c', due: echo('2023-01-15') },
  { title: 'd' }, { title: 'e', due: '2024-05-01' },
];
const sorted = tasks.slice().sort((x, y) => {
  if (!x.due || !y.due) return !x.due - !y.due;
  return new Date(x.due) - new Date(echo(y.due));
});
sorted.map(t => t.title).join('');
