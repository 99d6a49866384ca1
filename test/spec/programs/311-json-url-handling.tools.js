const url = new URL(echo('https://user@example.com:8443/a/../b/c%20d?x=1&y=two&x=3#frag'));
url.searchParams.append('z', 'ä ö');
url.searchParams.delete('y');
const params = new URLSearchParams({ q: echo('a&b'), page: '2' });
[url.href, url.host, url.pathname, url.searchParams.getAll('x'), [...params].map(p => p.join('=')), new URL('../up?k', 'http://h/x/y/z').href, URL.canParse('nope')];
