try {
  const parsed = JSON.parse(echo('{"broken": '));
  parsed.broken;
} catch (error) {
  `${error.name} caught`;
} finally {
  'ignored by completion';
}
