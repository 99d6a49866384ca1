const rtf = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'long' });
const always = new Intl.RelativeTimeFormat('es');
[rtf.format(-1, 'day'), rtf.format(1, 'week'), rtf.format(echo(-3), 'month'), rtf.format(0, 'year'), always.format(2, 'hour'), always.format(echo(-5), 'minutes')];
