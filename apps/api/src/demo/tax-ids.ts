// Tax ids that pass their country's check digits, for companies that do not exist.

/** Portugal, NIF: eight digits and one modulo 11, weights 9 to 2; 10 and 11 become 0. `body` has eight digits. */
export function portugueseNif(body: string): string {
  const sum = weighted(body, [9, 8, 7, 6, 5, 4, 3, 2]);
  const check = 11 - (sum % 11);
  return `PT${body}${check > 9 ? 0 : check}`;
}

/** Germany, USt-IdNr.: eight digits and one by ISO 7064 MOD 11,10. `body` has eight digits, the first not 0. */
export function germanVatId(body: string): string {
  let product = 10;
  for (const digit of body) {
    const sum = (Number(digit) + product) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return `DE${body}${(11 - product) % 10}`;
}

/** Brazil, CNPJ: twelve digits and two modulo 11; remainders below 2 become 0. `body` has twelve digits. */
export function brazilianCnpj(body: string): string {
  const first = cnpjDigit(body, [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]);
  return `${body}${first}${cnpjDigit(body + first, [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2])}`;
}

function cnpjDigit(digits: string, weights: readonly number[]): string {
  const rest = weighted(digits, weights) % 11;
  return String(rest < 2 ? 0 : 11 - rest);
}

function weighted(digits: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, position) => sum + weight * Number(digits[position]), 0);
}
