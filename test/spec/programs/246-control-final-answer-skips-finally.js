let log = ['start'];
try {
  final_answer({ log: [...log, 'answered'] });
  log.push('after');
} catch (e) {
  final_answer('caught');
} finally {
  log.push('finally');
}
