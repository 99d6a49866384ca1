/** Where the value of a setting comes from. */

/** Where a value comes from; `name` is the flag, the variable or the path of the file. */
export type Source =
  | { readonly from: 'flag' | 'environment' | 'file'; readonly name: string }
  | { readonly from: 'default' }
