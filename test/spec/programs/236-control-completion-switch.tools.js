const status = echo('shipped');
switch (status) {
  case 'pending':
    'Please wait';
    break;
  case 'shipped':
    `On its way: ${echo(status)}`;
    break;
  default:
    'Unknown';
}
