const text = '{"created":"2024-01-02T03:04:05.000Z","tags":["a","b"],"n":"12"}';
const data = JSON.parse(text, (key, value) => key === 'created' ? new Date(value) : key === 'n' ? Number(value) : value);
[data, data.created.getUTCFullYear()];
