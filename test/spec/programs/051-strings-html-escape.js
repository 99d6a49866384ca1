const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escapeHtml = s => String(s).replace(/[&<>"']/g, c => entities[c]);
const unescapeHtml = s => s.replace(/&(?:amp|lt|gt|quot|#39);/g, e => Object.keys(entities).find(k => entities[k] === e));
const html = escapeHtml('<a href="x?a=1&b=2">Tom\'s</a>');
[html, unescapeHtml(html)];
