//! Columns of text, as wide as their widest entry.

use std::io::{self, Write};

/// Writes rows under headings; the last column is not padded.
pub(crate) fn write<const N: usize>(
    out: &mut dyn Write,
    headings: [&str; N],
    rows: &[[String; N]],
) -> io::Result<()> {
    let mut widths = headings.map(|heading| heading.chars().count());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    write_row(out, &headings.map(str::to_owned), &widths)?;
    rows.iter().try_for_each(|row| write_row(out, row, &widths))
}

fn write_row(out: &mut dyn Write, cells: &[String], widths: &[usize]) -> io::Result<()> {
    let cells = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
    writeln!(out, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())
}

#[cfg(test)]
mod tests {
    #[test]
    fn columns_line_up() {
        let mut out = Vec::new();
        let row = |method: &str, path: &str| [method.to_owned(), path.to_owned()];
        super::write(&mut out, ["method", "path"], &[row("GET", "/a"), row("DELETE", "/é")])
            .unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "method  path\nGET     /a\nDELETE  /é\n");
    }
}
