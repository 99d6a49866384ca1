const deep = Promise.resolve(Promise.resolve(Promise.resolve(echo('core'))));
const lists = await Promise.all([[1, 2], [3]].map(async row => Promise.all(row.map(async n => n * echo(10)))));
const mixed = await Promise.all([1, Promise.resolve(2), (async () => 3)(), deep]);
({ lists: lists.flat(), mixed });
