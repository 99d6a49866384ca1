const get = async x => x;
const object = { a: await get(1), ['b' + await get(2)]: await get(3), ...(await get({ c: 4 })) };
const text = `${await get('x')}-${(await get([5, 6]))[1]}`;
const either = (await get(false)) || (await get('fallback'));
const ternary = (await get(0)) ? 'yes' : await get('no');
[object, text, either, ternary, typeof get(1)];
