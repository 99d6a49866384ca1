const md = echo('# Title\n\nSome **bold** and *italic* text with `code`.\n\n- one\n- two\n\n[link](https://example.com)');
const inline = s => s
  .replace(/\*\*(.+?)\*\*/g, '<b>$1</b>')
  .replace(/\*(.+?)\*/g, '<i>$1</i>')
  .replace(/`(.+?)`/g, '<code>$1</code>')
  .replace(/\[(.+?)\]\((.+?)\)/g, '<a href="$2">$1</a>');
const html = md.split(/\n{2,}/).map(block => {
  const heading = block.match(/^(#+) (.*)/);
  if (heading) return `<h${heading[1].length}>${echo(heading[2])}</h${heading[1].length}>`;
  if (block.startsWith('- ')) return '<ul>' + block.split('\n').map(l => `<li>${inline(l.slice(2))}</li>`).join('') + '</ul>';
  return `<p>${inline(block)}</p>`;
});
html.join('\n');
