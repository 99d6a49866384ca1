const status = 'shipped';
switch (status) {
  case 'pending':
    'Please wait';
    break;
  case 'shipped':
    `On its way: ${status}`;
    break;
  default:
    'Unknown';
}
