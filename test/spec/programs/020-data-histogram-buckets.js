const scores = [88, 92, 79, 65, 95, 70, 88, 54];
const bucketSize = 10;
const histogram = scores.reduce((acc, score) => {
  const low = Math.floor(score / bucketSize) * bucketSize;
  const label = `${low}-${low + bucketSize - 1}`;
  acc[label] = (acc[label] ?? '') + '*';
  return acc;
}, {});
Object.keys(histogram).sort().map(label => `${label} ${histogram[label]}`).join('\n');
