//! Pools of invented names; none is meant to be a person or a company that exists.

use std::collections::BTreeSet;

use super::chance::Chance;

/// First and last names for a language.
pub(super) struct Pool {
    first: &'static [&'static str],
    last: &'static [&'static str],
    /// The family name comes first and without a space.
    family_first: bool,
}

const EN: Pool = Pool {
    first: &[
        "Marisol",
        "Desmond",
        "Ottilie",
        "Keenan",
        "Bryony",
        "Lachlan",
        "Imogen",
        "Tavion",
        "Perla",
        "Rufus",
        "Shanelle",
        "Corwin",
        "Delphine",
        "Amos",
        "Winona",
        "Jericho",
        "Saffron",
        "Lionel",
        "Tamsin",
        "Eamon",
        "Petra",
        "Quentin",
        "Roxanne",
        "Silas",
        "Thea",
        "Ulric",
        "Verity",
        "Wendell",
        "Yasmin",
        "Zeb",
        "Adaline",
        "Barnaby",
        "Clementine",
        "Darius",
        "Elodie",
        "Fletcher",
        "Greta",
        "Hollis",
        "Isolde",
        "Jasper",
        "Kendra",
        "Lorcan",
        "Maeve",
        "Niall",
        "Odessa",
        "Percival",
        "Quincy",
        "Rosalind",
        "Stellan",
        "Tabitha",
        "Ursula",
        "Vaughn",
        "Willa",
        "Xander",
        "Yvaine",
        "Zora",
        "Alistair",
        "Briony",
        "Cedric",
        "Dorothea",
        "Emeka",
        "Farrah",
        "Gideon",
        "Hester",
        "Ignatius",
        "Juno",
        "Kwame",
        "Leopold",
    ],
    last: &[
        "Halloway",
        "Pennyfeather",
        "Okonjo",
        "Strand",
        "Whitcombe",
        "Delacour",
        "Ferro",
        "Bridgewater",
        "Kowalczyk",
        "Mbeki-Lund",
        "Ashdown",
        "Varga",
        "Trelawney",
        "Osei",
        "Lindqvist",
        "Carrow",
        "Thackeray",
        "Dunmore",
        "Escalante",
        "Farrier",
        "Gantry",
        "Hollis",
        "Ibsen",
        "Jessop",
        "Kettering",
        "Lovelock",
        "Marchetti",
        "Nightingale",
        "Ormsby",
        "Prewitt",
        "Quill",
        "Rainsford",
        "Sorrell",
        "Tunstall",
    ],
    family_first: false,
};
const ES: Pool = Pool {
    first: &[
        "Jimena",
        "Rodrigo",
        "Itzel",
        "Fabián",
        "Paloma",
        "Néstor",
        "Renata",
        "Gael",
        "Abril",
        "Ulises",
        "Noemí",
        "Ezequiel",
        "Lucero",
        "Anselmo",
        "Violeta",
        "Íñigo",
        "Amaranta",
        "Bruno",
        "Citlali",
        "Damián",
        "Estela",
        "Florencio",
        "Graciela",
        "Horacio",
        "Ivonne",
        "Joel",
        "Leocadia",
        "Mauro",
        "Olivia",
        "Patricio",
        "Quetzal",
        "Rosaura",
    ],
    last: &[
        "Arriola",
        "Cifuentes",
        "Peñaloza",
        "Montealegre",
        "Quiroga",
        "Saldívar",
        "Tejeda",
        "Urrutia",
        "Valdovinos",
        "Zubieta",
        "Barrientos",
        "Cantú",
        "Echeverri",
        "Figueroa Lara",
        "Landeros",
        "Mijares",
    ],
    family_first: false,
};
const PT: Pool = Pool {
    first: &[
        "Iara", "Caetano", "Luzia", "Breno", "Jussara", "Otávio", "Marina", "Davi",
    ],
    last: &[
        "Figueira",
        "Montenegro",
        "Sabóia",
        "Queiroga",
        "Tavares Luz",
        "Bittencourt",
        "Romão",
        "Serrano",
    ],
    family_first: false,
};
const ZH: Pool = Pool {
    first: &[
        "思远", "雨桐", "子涵", "明轩", "若宁", "嘉言", "可心", "一诺",
    ],
    last: &["欧阳", "裴", "姜", "阮", "柏", "池", "祁", "连"],
    family_first: true,
};
const VI: Pool = Pool {
    first: &[
        "Thảo Nhi",
        "Minh Khôi",
        "Bảo Châu",
        "Gia Hân",
        "Quốc Huy",
        "Thanh Trúc",
    ],
    last: &["Lương", "Đoàn", "Tạ", "Phùng", "Mai", "Quách"],
    family_first: false,
};
const AR: Pool = Pool {
    first: &["Rania", "Samir", "Dunya", "Tarek", "Leen", "Faris"],
    last: &["Al-Masri", "Haddad", "Qasim", "Barakat", "Nassar", "Khoury"],
    family_first: false,
};

fn pool(locale: &str) -> &'static Pool {
    match locale {
        "es" => &ES,
        "pt" => &PT,
        "zh" => &ZH,
        "vi" => &VI,
        "ar" => &AR,
        _ => &EN,
    }
}

/// The name of a person as they write it, and as one addresses them.
#[derive(Clone, Debug)]
pub(super) struct FullName {
    pub(super) full: String,
    pub(super) short: String,
}

/// Hands out names of which no two are equal.
#[derive(Default)]
pub(super) struct Namer {
    taken: BTreeSet<String>,
}

impl Namer {
    /// Draws the name of a person who speaks this language; a first name comes twice only when most of
    /// them have been used.
    pub(super) fn person(&mut self, chance: &mut Chance, locale: &str) -> FullName {
        let pool = pool(locale);
        for attempt in 0.. {
            let (first, last) = (*chance.pick(pool.first), *chance.pick(pool.last));
            let full = match (pool.family_first, attempt) {
                (true, _) => format!("{last}{first}"),
                (false, 0..40) => format!("{first} {last}"),
                // A small pool runs dry: a middle initial makes more of it.
                (false, _) => format!(
                    "{first} {}. {last}",
                    *chance.pick(&["A", "B", "D", "J", "K", "M", "R", "T"])
                ),
            };
            if attempt < 20 && self.taken.contains(first) {
                continue;
            }
            if self.taken.insert(full.clone()) {
                self.taken.insert(first.to_owned());
                return FullName {
                    full,
                    short: first.to_owned(),
                };
            }
        }
        FullName {
            full: String::new(),
            short: String::new(),
        }
    }

    /// Draws the name of a company that is not a CN yet; its first word is new while there are new ones.
    pub(super) fn company(&mut self, chance: &mut Chance) -> String {
        for attempt in 0.. {
            let name = company(chance);
            let root = name.split(' ').next().unwrap_or_default().to_owned();
            if attempt < 60 && self.taken.contains(&root) {
                continue;
            }
            if self.taken.insert(name.clone()) {
                self.taken.insert(root);
                return name;
            }
        }
        String::new()
    }
}

/// Draws the name of a company; the same may come twice.
pub(super) fn company(chance: &mut Chance) -> String {
    let (root, tail) = (*chance.pick(ROOTS), *chance.pick(TAILS));
    format!("{root} {tail}")
}

const ROOTS: &[&str] = &[
    "Amberlin",
    "Boldry",
    "Calderwick",
    "Dunemark",
    "Everfroth",
    "Farrowly",
    "Gablestone",
    "Hushwood",
    "Ivorycreek",
    "Jadewing",
    "Kelpford",
    "Lowlantern",
    "Merrowdale",
    "Nettleby",
    "Oxbowl",
    "Plumhollow",
    "Quietharbor",
    "Rookwell",
    "Sablefinch",
    "Turnstile",
    "Underhill",
    "Violetrun",
    "Windlass",
    "Yarrowgate",
    "Zinnia Row",
    "Applewharf",
    "Birchsong",
    "Candlewax",
    "Dappleton",
    "Eiderdown",
    "Fablemint",
    "Gingerlock",
    "Hazelpath",
    "Inkberry",
    "Jumblesale",
    "Kindlewick",
    "Lopsided",
    "Mulberry Nine",
    "Northlight",
    "Otterbank",
    "Pennywhistle",
    "Quayside",
    "Riverknot",
    "Saltlick",
    "Thimblerigg",
    "Upwind",
    "Vellum",
    "Wickerham",
    "Yonderly",
    "Zephyrgate",
    "Acornfell",
    "Brasskettle",
    "Cobblestar",
    "Driftwell",
    "Emberley",
    "Foxtrotter",
    "Glassmoor",
    "Heronsgate",
    "Ironpetal",
    "Jackdaw",
    "Kelterby",
    "Lacewing",
    "Moorhen",
    "Nutmeg Lane",
    "Oldchapel",
    "Peppercombe",
    "Quillfeather",
    "Rustledown",
    "Skylarking",
    "Tamarack",
    "Umberfield",
    "Vinterly",
    "Wrenhouse",
    "Yewbarrow",
    "Zestwick",
    "Almondry",
    "Bramblecote",
    "Clockmaker",
    "Duskwood",
];
const TAILS: &[&str] = &[
    "Talent",
    "Live",
    "Creators",
    "Collective",
    "Studio",
    "House",
    "Crew",
    "Stage",
    "Artists",
    "Partners",
    "Streams",
    "Voices",
];

/// Names of CNs in English-speaking markets.
pub(super) const NETWORKS_EN: &[&str] = &[
    "Tidewick Live",
    "Quillmoor Collective",
    "Ambervane Studio",
    "Fennimoor Nights",
    "Copperlow Agency",
    "Brindlewake",
    "Juniper & Ode",
    "Harrowglen Talent",
    "Saltmarrow",
    "Velvetine House",
    "Ninth Lantern",
    "Paper Comet",
    "Oakenveil",
    "Sundrift Crew",
    "Kitewharf",
    "Moonpantry",
    "Loudwater Sisters",
    "Gildfern",
    "Pocket Thunder",
    "Rosewhistle",
    "Emberquay",
    "Lanternfold",
    "Bluefallow",
    "Cinderpine",
    "Driftmantle",
    "Echo Pantry",
    "Foxglade Live",
    "Glimmerhold",
    "Hollowbright",
    "Inkwell Parade",
    "Jasperwake",
    "Lumenfold",
    "Mapleghost",
    "Nightjar Union",
    "Opalstreet",
    "Pinwheel Row",
    "Quartzling",
    "Ravelin Stage",
    "Silvermoth",
    "Thistledown Live",
    "Umbra & Oak",
    "Vesperline",
    "Wildermint",
    "Yellowdoor Talent",
    "Zephyrine",
    "Applecart Live",
    "Brightholm",
    "Cloverjack",
    "Dovetail Nights",
    "Elmsong",
    "Feathergate",
    "Goldenrye",
    "Honeyvolt",
    "Islewind",
];
/// Names of CNs in Spanish-speaking markets.
pub(super) const NETWORKS_ES: &[&str] = &[
    "Casa Farolito",
    "Voz de Cobre",
    "Nube Brava",
    "Luz de Marea",
    "Tierra Sonora",
    "La Ventana Azul",
    "Trueno Manso",
    "Colibrí en Vivo",
    "Patio Nueve",
    "Sal y Estrella",
    "Cuerda Floja",
    "Río Despierto",
];
/// Names of CNs in Portuguese-speaking markets.
pub(super) const NETWORKS_PT: &[&str] = &[
    "Girassol Vivo",
    "Maré Clara",
    "Farol do Norte",
    "Praça Doze",
    "Vento Bom",
    "Casa Aurora Nova",
];
/// Two names that only a careful reader tells apart: the second has a capital I where the first has a
/// small L.
pub(super) const LOOKALIKES: [&str; 2] = ["Alloy House", "AIloy House"];

const HANDLE_HEADS: &[&str] = &[
    "luna", "kofi", "mimi", "jaxx", "nova", "reina", "tofu", "skye", "milo", "dulce", "ziggy",
    "pearl", "rocco", "ivy", "chaz", "suri", "bento", "coco", "dex", "fern", "gigi", "huck",
    "inez", "juno", "kiki", "lark", "mack", "nell", "odie", "pax",
];
const HANDLE_TAILS: &[&str] = &[
    "sings",
    "live",
    "cooks",
    "afterdark",
    "onair",
    "plays",
    "draws",
    "talks",
    "bakes",
    "dances",
    "strums",
    "glows",
    "unboxed",
    "atnight",
    "withlove",
    "beats",
    "reads",
    "laughs",
    "stitches",
    "rolls",
];

/// Draws a creator's user name.
pub(super) fn handle(chance: &mut Chance) -> String {
    let (head, tail) = (*chance.pick(HANDLE_HEADS), *chance.pick(HANDLE_TAILS));
    let number = chance.between(1, 999);
    match chance.below(3) {
        0 => format!("{head}.{tail}{number}"),
        1 => format!("{head}_{tail}{number}"),
        _ => format!("{head}{tail}{number}"),
    }
}

/// Draws a creator's display name from the user name.
pub(super) fn display_name(chance: &mut Chance, handle: &str) -> String {
    const ORNAMENTS: &[&str] = &["", "", " ✨", " 🎤", " 🌙", "™", " 🇺🇸", " ❤️‍🔥", " 👩🏽‍🎤"];
    let words: String = handle
        .chars()
        .map(|letter| {
            if letter == '.' || letter == '_' {
                ' '
            } else {
                letter
            }
        })
        .filter(|letter| !letter.is_ascii_digit())
        .collect();
    format!("{words}{}", chance.pick(ORNAMENTS))
}
