const products = lookup('products');
const index = {};
products.forEach(({ name, tags }) => tags.forEach(tag => (index[tag] ||= []).push(echo(name))));
Object.entries(index).map(([tag, names]) => ({ tag, names, count: names.length }));
