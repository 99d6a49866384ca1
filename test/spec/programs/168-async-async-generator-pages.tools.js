const pages = [[1, 2], [3], [4, 5, 6]];
async function* fetchPages() {
  for (let i = 0; i < pages.length; i++) {
    await null;
    yield echo(pages[i]);
  }
}
const items = [];
for await (const page of fetchPages()) {
  items.push(...page);
  if (items.length >= echo(5)) break;
}
items;
