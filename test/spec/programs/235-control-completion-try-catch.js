try {
  const parsed = JSON.parse('{"broken": ');
  parsed.broken;
} catch (error) {
  `${error.name} caught`;
} finally {
  'ignored by completion';
}
