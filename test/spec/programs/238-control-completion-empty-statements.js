'kept value';
;
if (false) 'not this';
