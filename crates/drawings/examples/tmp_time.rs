//! x
fn main(){ let d=vestry_drawings::catalogue(1,40); let mut e=d.clone();
for x in &mut e { x.svg=x.svg.replace(" filter=\"url(#drop)\"",""); }
let mut f=e.clone(); for x in &mut f { while let Some(i)=x.svg.find("<g clip-path") { let j=x.svg[i..].find("</g>").unwrap()+i+4; x.svg.replace_range(i..j,""); } }
for v in [&d,&e,&f] { let t=std::time::Instant::now(); for x in v.iter(){ vestry_drawings::render(x,640,800); } eprintln!("{:?} each",t.elapsed()/40); } }
