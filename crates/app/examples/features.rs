//! Writes what heads read of a tree of pictures with one folder a class, for programs in other languages that are
//! measured against ours: `features TREE OUT` makes `OUT.f32`, rows of little-endian floats, and `OUT.tsv`, a line of id
//! and class for each row.

use std::{
    error::Error,
    fs::File,
    io::{BufWriter, Write},
    path::Path,
};
use vestry_app::fit::{Looks, read_tree, see};
use vestry_model::Taxonomy;
use vestry_vision::{Kernel, Vision};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [tree, out] = args.as_slice() else { return Err("usage: features TREE OUT".into()) };
    let pictures = read_tree(Path::new(tree), Taxonomy::builtin())?;
    let (seen, skipped) = see(&Vision::unfitted(Kernel::best())?, &pictures, Looks::Once, &|| ());
    let (mut rows, mut names) =
        (BufWriter::new(File::create(format!("{out}.f32"))?), BufWriter::new(File::create(format!("{out}.tsv"))?));
    for one in &seen {
        for value in &one.features.look {
            rows.write_all(&value.to_le_bytes())?;
        }
        writeln!(names, "{}\t{}", one.id, one.class)?;
    }
    rows.flush()?;
    names.flush()?;
    eprintln!("{} pictures, {} passed over", seen.len(), skipped.len());
    Ok(())
}
