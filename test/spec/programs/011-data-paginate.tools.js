function paginate(items, page, perPage = echo(3)) {
  const pages = Math.ceil(items.length / perPage);
  const start = (page - 1) * perPage;
  return {
    page,
    pages,
    items: items.slice(start, start + perPage),
    hasNext: page < pages,
    hasPrevious: page > 1,
  };
}
const words = lookup('words');
[paginate(words, 1), paginate(words, echo(2)), paginate(words, 3, 3), paginate(words, 4)];
