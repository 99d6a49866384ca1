for (const order of lookup('orders')) {
  try {
    if (order.status === 'cancelled') return `order ${echo(order.id)} was cancelled`;
  } finally {
    console.log('checked', order.id);
  }
}
return 'all fine';
