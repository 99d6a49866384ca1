let log = ['start'];
try {
  final_answer({ log: [...log, echo('answered')] });
  log.push('after');
} catch (e) {
  final_answer('caught');
} finally {
  log.push(echo('finally'));
}
