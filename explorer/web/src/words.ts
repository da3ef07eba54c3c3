// The words of one language, and how it writes amounts, days and instants.
//
// The same catalogue and the same rules as the pages that the node renders (explorer/catalogue.h).

import schema from "centime:schema";

export type Arguments = Record<string, string>;

// Places of a currency's minor unit, where they are not two.
const placesOf = (currency: string): number => schema.exponents[currency] ?? 2;

export class Words {
  constructor(private readonly texts: Record<string, string>) {}

  text(key: string, values: Arguments = {}): string {
    const text = this.texts[key];
    if (text === undefined) throw new Error(`no word for ${key}`);
    return text.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "");
  }

  number(value: bigint | number): string {
    const digits = value.toString();
    if (digits.length < Number(this.text("number_group_from_digits"))) return digits;
    return digits.replace(/\B(?=(\d{3})+$)/g, this.text("number_group"));
  }

  // "12,345.60 EUR", with no line break inside.
  amount(units: bigint, currency: string): string {
    const places = placesOf(currency);
    const digits = units.toString().padStart(places + 1, "0");
    const whole = this.number(BigInt(digits.slice(0, digits.length - places)));
    const fraction = places > 0 ? this.text("number_decimal") + digits.slice(-places) : "";
    return `${whole}${fraction}\u00a0${currency}`;
  }

  // Of days since 1970-01-01.
  date(days: number): string {
    const day = new Date(days * 86_400_000);
    return this.text("date", {
      day: String(day.getUTCDate()),
      month: this.text(`month_${day.getUTCMonth() + 1}`),
      year: String(day.getUTCFullYear()),
    });
  }

  instant(milliseconds: bigint): string {
    const time = Number(milliseconds);
    const clock = new Date(time).toISOString().slice(11, 16);
    return this.text("instant", { date: this.date(Math.floor(time / 86_400_000)), time: clock });
  }
}
