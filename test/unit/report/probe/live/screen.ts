/** A row, and whether the terminal broke the line before it here. */
interface Row {
  text: string
  continues: boolean
}

// oxlint-disable-next-line no-control-regex -- ESC is meant
const piece = /\u001B\[(\??)(\d*)([A-Za-z])|[\r\n]|[^\u001B\r\n]/gu

/** What a terminal shows of what is written to it, as far as the live view uses one; it has no end below. */
export class Screen {
  #rows: Row[] = [{ text: '', continues: false }]
  #at = { row: 0, column: 0 }
  #breaksLines = true
  #columns: number

  constructor(columns: number) {
    this.#columns = columns
  }

  get text(): string {
    return this.#rows.map(({ text }) => text.trimEnd()).join('\n')
  }

  write(text: string): void {
    for (const [found, mark = '', count = '', letter] of text.matchAll(piece))
      if (found === '\r') this.#at.column = 0
      else if (found === '\n') this.#at = { row: this.#at.row + 1, column: 0 }
      else if (letter === undefined) this.#print(found)
      else if (`${mark}${count}` === '?7') this.#breaksLines = letter === 'h'
      else if (letter === 'A') this.#at.row = Math.max(0, this.#at.row - Number(count || 1))
      else if (letter === 'K') this.#row().text = ''
      else if (letter === 'J') {
        this.#row().text = this.#row().text.slice(0, this.#at.column)
        this.#rows.length = this.#at.row + 1
      }
  }

  /** Breaks the lines anew, as terminals do; the cursor stays where it is in its line. */
  resize(columns: number): void {
    this.#columns = columns
    const rows: Row[] = []
    let cursorRow = 0
    for (const [index, { text, continues }] of this.#rows.entries()) {
      const last = rows.at(-1)
      if (index === this.#at.row) cursorRow = continues ? rows.length - 1 : rows.length
      if (continues && last !== undefined) last.text += text
      else rows.push({ text, continues: false })
      for (let long = rows.at(-1)!; long.text.length > columns; long = rows.at(-1)!) {
        rows.push({ text: long.text.slice(columns), continues: true })
        long.text = long.text.slice(0, columns)
      }
    }
    this.#rows = rows
    this.#at.row = cursorRow
  }

  #row(): Row {
    while (this.#rows.length <= this.#at.row) this.#rows.push({ text: '', continues: false })
    return this.#rows[this.#at.row]!
  }

  #print(letter: string): void {
    if (this.#at.column >= this.#columns) {
      if (this.#breaksLines) {
        this.#at = { row: this.#at.row + 1, column: 0 }
        this.#row().continues = true
      } else this.#at.column = this.#columns - 1
    }
    const { text } = this.#row()
    this.#row().text =
      text.slice(0, this.#at.column).padEnd(this.#at.column) + letter + text.slice(this.#at.column + 1)
    this.#at.column += 1
  }
}
