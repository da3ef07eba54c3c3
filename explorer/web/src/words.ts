// The words of one language, and how it writes numbers and amounts.
//
// The same catalogue, rules and currencies as the pages that the node renders (explorer/catalogue.h).

export type Arguments = Record<string, string>;

export class Words {
  constructor(private readonly texts: Record<string, string>) {}

  // Requires a key of the catalogue.
  text(key: string, values: Arguments = {}): string {
    return this.texts[key]!.replace(/\{(\w+)\}/g, (_, name: string) => values[name]!);
  }

  check(key: string, values?: Arguments): string {
    return this.text(`check_${key}`, values);
  }

  number(value: bigint | number | string): string {
    const digits = `${value}`;
    if (digits.length < +this.text("number_group_from_digits")) return digits;
    return digits.replace(/\B(?=(\d{3})+$)/g, this.text("number_group"));
  }

  // "12,345.60 EUR", with no line break inside. A minor unit has two places where nothing is said.
  amount(units: bigint, currency: string): string {
    const places = +(this.texts[`places_${currency}`] ?? 2);
    const digits = `${units}`.padStart(places + 1, "0");
    const whole = this.number(digits.slice(0, digits.length - places));
    const fraction = places && this.text("number_decimal") + digits.slice(-places);
    return `${whole}${fraction || ""}\u00a0${currency}`;
  }
}
