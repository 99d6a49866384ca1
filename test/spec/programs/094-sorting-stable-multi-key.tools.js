const employees = lookup('employees');
employees.sort((a, b) => a.team.localeCompare(b.team) || echo(b.salary) - a.salary || a.name.localeCompare(b.name));
employees.map(e => `${e.team}/${e.name}`);
