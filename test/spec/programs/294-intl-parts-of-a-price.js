const parts = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'EUR' }).formatToParts(-1234.5);
const by = type => parts.filter(p => p.type === type).map(p => p.value).join('|');
({ integer: by('integer'), fraction: by('fraction'), currency: by('currency'), types: parts.map(p => p.type) });
