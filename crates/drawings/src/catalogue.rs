//! The demo's products: which garment, in what colours, called what, for how much.

use crate::{
    canvas::{Canvas, lightness},
    garments::{KINDS, Kind, Look, Neck, Sleeve},
    palette::{ANY_CLOTH, COLOURS, Colour, named},
    picture::Picture,
    prints::{Print, weave},
    random::Random,
    words,
};
use vestry_model::{Currency, LocalText, Oklab, Price, Rgb, ValueId};

/// What is true of a drawing, in ids of the built-in taxonomy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    /// A value of `category`.
    pub category: ValueId,
    /// Values of `colour`: the main one, then those of the print.
    pub colours: Vec<ValueId>,
    /// A value of `print`.
    pub print: ValueId,
    /// A value of `neckline`, where the garment has one.
    pub neckline: Option<ValueId>,
    /// A value of `collar`, where the garment has one.
    pub collar: Option<ValueId>,
    /// A value of `sleeve-length`, where the garment has sleeves or plainly lacks them.
    pub sleeve_length: Option<ValueId>,
    /// A value of `length`, for dresses, skirts, trousers and coats.
    pub length: Option<ValueId>,
    /// A value of `fit`, where the drawing shows one.
    pub fit: Option<ValueId>,
}

/// A product of the demo.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawing {
    /// Unique in its catalogue.
    pub sku: String,
    /// Title, Korean and English.
    pub title: LocalText,
    /// Description, Korean and English.
    pub description: LocalText,
    /// Price in won.
    pub price: Price,
    /// Shared by the same design in other colours.
    pub group: String,
    /// What is true of the picture.
    pub labels: Labels,
    /// The picture, 4:5, as SVG text.
    pub svg: String,
}

/// A garment that is decided but not yet drawn.
pub(crate) struct Design {
    pub(crate) kind: &'static Kind,
    pub(crate) print: Print,
    pub(crate) look: Look,
    pub(crate) cloth: (&'static str, &'static str),
    weave_seed: u64,
    scale: f32,
    price: u32,
}

/// Paper tones, warm and cool.
const GROUNDS: [u32; 8] = [0xefeae2, 0xe9ecee, 0xf0ece8, 0xe6e4de, 0xeceee8, 0xf0e9e4, 0xe8e6ec, 0xe9e2d8];

/// Deeper paper, which carries white clothes.
const DEEP_GROUNDS: [u32; 4] = [0xd9d3c8, 0xcfd4d6, 0xd5cfd0, 0xcdd2c8];

fn rgb(hex: u32) -> Rgb {
    Rgb([(hex >> 16) as u8, (hex >> 8) as u8, hex as u8])
}

fn some<T: Copy>(of: &[T], random: &mut Random) -> Option<T> {
    (!of.is_empty()).then(|| *random.pick(of))
}

impl Design {
    /// A garment of `kind`, in `print` if it is worn in it.
    pub(crate) fn new(kind: &'static Kind, print: Print, random: &mut Random) -> Self {
        let mut look = Look {
            neck: some(kind.necks, random),
            sleeve: some(kind.sleeves, random),
            length: some(kind.lengths, random),
            fit: some(kind.fits, random),
            random: Random::new(random.next()),
        };
        // Bare shoulders are drawn with a short ruffle, whatever sleeves the kind has otherwise.
        if look.neck == Some(Neck::OffShoulder) {
            look.sleeve = Some(Sleeve::Short);
        }
        let (low, high) = kind.price;
        let thousands = low + random.below((high - low + 1) as usize) as u32;
        Self {
            kind,
            print,
            look,
            cloth: *random.pick(kind.cloths),
            weave_seed: random.next(),
            scale: random.between(0.7, 1.25),
            price: thousands * 1000 + if random.chance(0.7) { 900 } else { 0 },
        }
    }

    /// The colours of one variant: main, then two for the print or the details.
    pub(crate) fn colours(&self, random: &mut Random) -> [Colour; 3] {
        match self.print {
            Print::Camouflage => camouflage_colours(random),
            Print::Animal => animal_colours(random),
            _ => {
                let main = if self.kind.colours.is_empty() {
                    usual_colour(random)
                } else {
                    named(random.pick::<&str>(self.kind.colours))
                };
                let second = beside(&[main], 0.28, random);
                [main, second, beside(&[main, second], 0.16, random)]
            }
        }
    }

    /// The drawing in `colours` on paper; the same design draws the same shape in each of them.
    pub(crate) fn svg(&self, colours: [Colour; 3], random: &mut Random) -> String {
        let ground = if lightness(colours[0].rgb) > 0.88 { random.pick(&DEEP_GROUNDS) } else { random.pick(&GROUNDS) };
        self.svg_on(colours, rgb(*ground), random)
    }

    /// The drawing in `colours` on `ground`.
    pub(crate) fn svg_on(&self, colours: [Colour; 3], ground: Rgb, random: &mut Random) -> String {
        let rgbs = colours.map(|c| c.rgb);
        let cloth = weave(self.print, rgbs, self.scale, &mut Random::new(self.weave_seed));
        let mut canvas = Canvas::new(rgbs[0], rgbs[1], cloth);
        (self.kind.draw)(&mut canvas, &mut self.look.clone());
        canvas.finish(ground, random)
    }
}

/// Common colours more often: the square of a fraction leans to the head of the list.
fn usual_colour(random: &mut Random) -> Colour {
    let f = random.fraction();
    COLOURS[(f * f.sqrt() * ANY_CLOTH as f32) as usize]
}

/// A colour that is told apart from `others` at `distance` in OKLab, neutral more often than not.
fn beside(others: &[Colour], distance: f32, random: &mut Random) -> Colour {
    for _ in 0..64 {
        let colour = if random.chance(0.5) {
            named(random.pick::<&str>(&["white", "ivory", "black", "navy", "beige", "red"]))
        } else {
            usual_colour(random)
        };
        if others.iter().all(|o| Oklab::from(o.rgb).distance(Oklab::from(colour.rgb)) > distance) {
            return colour;
        }
    }
    named(if lightness(others[0].rgb) > 0.5 { "black" } else { "white" })
}

fn camouflage_colours(random: &mut Random) -> [Colour; 3] {
    let sets = [
        ["khaki", "olive", "beige"],
        ["olive", "khaki", "dark-brown"],
        ["grey", "charcoal", "light-grey"],
        ["beige", "camel", "khaki"],
        ["navy", "blue", "grey"],
        ["khaki", "dark-brown", "beige"],
    ];
    random.pick(&sets).map(named)
}

fn animal_colours(random: &mut Random) -> [Colour; 3] {
    let sets = [
        ["beige", "black", "camel"],
        ["camel", "dark-brown", "brown"],
        ["white", "black", "grey"],
        ["ivory", "black", "camel"],
        ["brown", "black", "camel"],
        ["light-grey", "charcoal", "grey"],
        ["pink", "black", "hot-pink"],
    ];
    random.pick(&sets).map(named)
}

fn id(text: &str) -> ValueId {
    ValueId::new(text).expect("the tables hold valid ids")
}

/// Which kind and print each design of a catalogue is: kinds by weight, each kind's prints in turn, so that even a
/// short catalogue has some of everything.
fn deal(count: usize, random: &mut Random) -> Vec<(&'static Kind, Print)> {
    let mut kinds: Vec<&'static Kind> = Vec::new();
    while kinds.len() < count {
        let mut round: Vec<&'static Kind> =
            KINDS.iter().flat_map(|kind| std::iter::repeat_n(kind, kind.weight)).collect();
        random.shuffle(&mut round);
        // One of each first: what is rare is not left to chance.
        let mut first: Vec<&'static Kind> = KINDS.iter().collect();
        random.shuffle(&mut first);
        kinds.extend(first);
        kinds.extend(round);
    }
    kinds.truncate(count);
    let mut turns = vec![0usize; KINDS.len()];
    let start = random.below(8);
    kinds
        .into_iter()
        .map(|kind| {
            let at = KINDS.iter().position(|k| k.code == kind.code).unwrap_or(0);
            let turn = turns[at] + start + at;
            turns[at] += 1;
            (kind, kind.prints[turn % kind.prints.len()])
        })
        .collect()
}

/// `count` products that follow from `seed`: same seed, same bytes.
pub fn catalogue(seed: u64, count: usize) -> Vec<Drawing> {
    let mut random = Random::part(seed, 0);
    let mut drawings = Vec::with_capacity(count + 2);
    for (number, (kind, print)) in deal(count, &mut random).into_iter().enumerate() {
        if drawings.len() >= count {
            break;
        }
        let mut random = Random::part(seed, number as u64 + 1);
        let design = Design::new(kind, print, &mut random);
        let variants = match print {
            Print::Solid | Print::Striped | Print::Graphic if random.chance(0.28) => 2 + random.below(2),
            _ => 1,
        };
        let mut seen: Vec<&str> = Vec::new();
        for _ in 0..variants {
            let colours = design.colours(&mut random);
            if !seen.contains(&colours[0].id) {
                seen.push(colours[0].id);
                drawings.push(product(&design, number, colours, &mut random));
            }
        }
    }
    drawings.truncate(count);
    random.shuffle(&mut drawings);
    drawings
}

fn product(design: &Design, number: usize, colours: [Colour; 3], random: &mut Random) -> Drawing {
    let group = format!("{}{:04}", design.kind.code, number + 101);
    let shown = if matches!(design.print, Print::Solid) { 1 } else { 3 };
    let mut ids: Vec<ValueId> = Vec::new();
    for colour in &colours[..shown] {
        if !ids.contains(&id(colour.id)) {
            ids.push(id(colour.id));
        }
    }
    let look = &design.look;
    let won = Currency::new("KRW").expect("three letters");
    Drawing {
        sku: format!("{group}-{}", words::colour_code(colours[0].id)),
        title: words::title(design, colours[0], random),
        description: words::description(design, colours[0], random),
        price: Price { hundredths: i64::from(design.price) * 100, currency: won },
        labels: Labels {
            category: id(design.kind.category),
            colours: ids,
            print: id(design.print.id()),
            neckline: look.neck.filter(|n| !n.is_collar()).map(|n| id(n.id())),
            collar: look.neck.filter(|n| n.is_collar()).map(|n| id(n.id())),
            sleeve_length: look.sleeve.map(|s| id(s.id())),
            length: look.length.map(|l| id(l.id())),
            fit: look.fit.map(|f| id(f.id())),
        },
        group,
        svg: design.svg(colours, random),
    }
}

/// The pixels of `drawing`; 4:5 fits, another shape crops evenly.
pub fn render(drawing: &Drawing, width: usize, height: usize) -> Picture {
    Picture::draw(&drawing.svg, width, height)
}
