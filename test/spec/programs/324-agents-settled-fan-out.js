const load = async key => key === 'users' ? 5 : Promise.reject(new RangeError(`There is no ${key}`));
const settled = await Promise.allSettled(['users', 'ghosts'].map(load));
const ok = settled.filter(s => s.status === 'fulfilled').map(s => s.value);
const failed = settled.filter(s => s.status === 'rejected').map(s => s.reason.message);
({ ok, failed, statuses: settled.map(s => s.status) });
