const a = new Set(echo([1, 2, 3, 4])), b = new Set([3, 4, echo(5)]);
({
  union: a.union(b), intersection: a.intersection(b), difference: a.difference(b),
  symmetric: [...a.symmetricDifference(b)], subset: new Set([3]).isSubsetOf(a), disjoint: a.isDisjointFrom(new Set([9])),
  manual: [...a].filter(x => b.has(x)),
});
