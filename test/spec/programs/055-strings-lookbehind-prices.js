const text = 'Was $1,299.99 now $999 or €850; save 300$ (tax 20%)';
const dollars = text.match(/(?<=\$)[\d,]+(?:\.\d+)?/g).map(x => Number(x.replace(/,/g, '')));
const notDollars = text.match(/(?<![$\d,.])\d+(?=%|\$)/g);
({ dollars, notDollars, total: dollars.reduce((a, b) => a + b) });
