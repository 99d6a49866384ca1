const pad = n => String(n).padStart(2, '0');
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const format = (d, pattern) => pattern.replace(/YYYY|MMM|MM|DD|HH|mm|ss/g, token => ({
  YYYY: () => d.getFullYear(), MMM: () => MONTHS[d.getMonth()], MM: () => pad(d.getMonth() + 1),
  DD: () => pad(d.getDate()), HH: () => pad(d.getHours()), mm: () => pad(d.getMinutes()), ss: () => pad(d.getSeconds()),
})[token]());
const when = new Date(echo('2024-02-03T04:05:06'));
['YYYY/MM/DD', 'DD MMM YYYY', echo('HH:mm:ss')].map(p => format(when, p));
