const facts = { 'capital of France': 'Paris', 'population of Paris': 2102650, 'area of Paris': 105.4 };
const ask = q => facts[q] ?? 'unknown';
const capital = ask('capital of France');
const population = ask(`population of ${capital}`);
const area = ask(`area of ${capital}`);
console.log(capital, population, area);
`${capital} has ${Math.round(population / area).toLocaleString('en-US')} people per km²; mayor ${ask('mayor')}`;
