const inputs = ['2024-03-05', '2024-03-05T10:00:00', echo('2024-03-05T10:00:00+02:00'), 'March 7, 2024', 'Mar 7 2024 10:00', '3/7/2024', 'Thu, 07 Mar 2024 10:00:00 GMT', '2024-13-01', 'garbage'];
inputs.map(text => {
  const d = new Date(echo(text));
  return isNaN(d) ? null : d.toISOString();
});
