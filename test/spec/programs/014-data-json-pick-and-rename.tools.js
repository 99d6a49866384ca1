const source = JSON.parse(echo('{"user_id": 7, "first_name": "Ada", "last_name": "Lovelace", "meta": {"created_at": "1815-12-10"}}'));
const camel = key => key.replace(/_([a-z])/g, (_, letter) => echo(letter).toUpperCase());
const camelize = value =>
  Array.isArray(value) ? value.map(camelize)
    : value !== null && typeof value === 'object'
      ? Object.fromEntries(Object.entries(value).map(([k, v]) => [camel(k), camelize(v)]))
      : value;
camelize(source);
