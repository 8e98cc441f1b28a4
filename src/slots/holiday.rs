//! Public holidays by country, to be given to people as days off.
//!
//! The days the law names, with their substitutes. What a government announces year by year (the swapped
//! days of China) is in it for 2025 and 2026; bridge days and later announcements belong into a person's
//! own days off.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};

use super::SlotsError;

/// A country with public holidays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Country {
    /// Mainland China, 2025 to 2030.
    China,
    /// England and Wales.
    England,
    /// Japan.
    Japan,
    /// Poland.
    Poland,
    /// Singapore, 2025 to 2027: the years that are announced or safely foreseen.
    Singapore,
    /// The federal holidays of the United States.
    UnitedStates,
}

impl Country {
    /// All countries.
    pub const ALL: [Self; 6] = [
        Self::China,
        Self::England,
        Self::Japan,
        Self::Poland,
        Self::Singapore,
        Self::UnitedStates,
    ];

    /// Returns the two letters of ISO 3166-1.
    pub fn code(self) -> &'static str {
        match self {
            Self::China => "CN",
            Self::England => "GB",
            Self::Japan => "JP",
            Self::Poland => "PL",
            Self::Singapore => "SG",
            Self::UnitedStates => "US",
        }
    }
}

/// Returns the public holidays of a year, in order of date.
///
/// # Errors
///
/// The year is before 2025, after 2099, or beyond a table of a calendar that follows the moon.
pub fn holidays(country: Country, year: i16) -> Result<Vec<(Date, &'static str)>, SlotsError> {
    let unknown = SlotsError::NoHolidays {
        country: country.code(),
        year,
    };
    if !(2025..=2099).contains(&year) {
        return Err(unknown);
    }
    let days = match country {
        Country::China => china(year).ok_or(unknown)?,
        Country::England => england(year),
        Country::Japan => japan(year),
        Country::Poland => poland(year),
        Country::Singapore => singapore(year).ok_or(unknown)?,
        Country::UnitedStates => united_states(year),
    };
    Ok(days.0.into_iter().collect())
}

/// Days with names; a date keeps its first name.
#[derive(Default)]
struct Days(BTreeMap<Date, &'static str>);

impl Days {
    fn fixed(&mut self, year: i16, month: i8, day: i8, name: &'static str) {
        if let Ok(date) = Date::new(year, month, day) {
            self.add(date, name);
        }
    }

    fn nth(&mut self, year: i16, month: i8, nth: i8, weekday: Weekday, name: &'static str) {
        let first = Date::new(year, month, 1);
        if let Ok(date) = first.and_then(|first| first.nth_weekday_of_month(nth, weekday)) {
            self.add(date, name);
        }
    }

    fn add(&mut self, date: Date, name: &'static str) {
        self.0.entry(date).or_insert(name);
    }

    /// Gives every holiday on one of those weekdays the next day that is neither one of them nor a
    /// holiday.
    fn substitute(&mut self, weekdays: &[Weekday]) {
        let lost: Vec<Date> = self
            .0
            .keys()
            .copied()
            .filter(|date| weekdays.contains(&date.weekday()))
            .collect();
        for date in lost {
            let mut next = plus(date, 1);
            while self.0.contains_key(&next) || weekdays.contains(&next.weekday()) {
                next = plus(next, 1);
            }
            self.add(next, "Holiday (substitute)");
        }
    }
}

const WEEKEND: [Weekday; 2] = [Weekday::Saturday, Weekday::Sunday];

fn plus(date: Date, days: i32) -> Date {
    date.saturating_add(days.days())
}

/// Finds Easter Sunday by the rule of Oudin (1940): the Sunday after the first full moon of spring.
fn easter(year: i16) -> Date {
    let years = i32::from(year);
    let (golden, century) = (years % 19, years / 100);
    let age = (century - century / 4 - (8 * century + 13) / 25 + 19 * golden + 15) % 30;
    let full_moon = age - age / 28 * (1 - 29 / (age + 1) * ((21 - golden) / 11));
    let weekday = (years + years / 4 + full_moon + 2 - century + century / 4) % 7;
    plus(Date::constant(year, 3, 1), full_moon - weekday + 27)
}

fn united_states(year: i16) -> Days {
    let mut days = Days::default();
    let new_year = "New Year's Day";
    for (year_of, month, day, name) in [
        (year, 1, 1, new_year),
        (year + 1, 1, 1, new_year),
        (year, 6, 19, "Juneteenth"),
        (year, 7, 4, "Independence Day"),
        (year, 11, 11, "Veterans Day"),
        (year, 12, 25, "Christmas Day"),
    ] {
        let Ok(date) = Date::new(year_of, month, day) else {
            continue;
        };
        let observed = match date.weekday() {
            Weekday::Saturday => plus(date, -1),
            Weekday::Sunday => plus(date, 1),
            _ => date,
        };
        for date in [date, observed] {
            if date.year() == year {
                days.add(date, name);
            }
        }
    }
    days.nth(year, 1, 3, Weekday::Monday, "Martin Luther King Jr. Day");
    days.nth(year, 2, 3, Weekday::Monday, "Washington's Birthday");
    days.nth(year, 5, -1, Weekday::Monday, "Memorial Day");
    days.nth(year, 9, 1, Weekday::Monday, "Labor Day");
    days.nth(year, 10, 2, Weekday::Monday, "Columbus Day");
    days.nth(year, 11, 4, Weekday::Thursday, "Thanksgiving");
    days
}

fn england(year: i16) -> Days {
    let mut days = Days::default();
    let easter = easter(year);
    days.add(plus(easter, -2), "Good Friday");
    days.add(plus(easter, 1), "Easter Monday");
    days.nth(year, 5, 1, Weekday::Monday, "Early May bank holiday");
    days.nth(year, 5, -1, Weekday::Monday, "Spring bank holiday");
    days.nth(year, 8, -1, Weekday::Monday, "Summer bank holiday");
    days.fixed(year, 1, 1, "New Year's Day");
    days.fixed(year, 12, 25, "Christmas Day");
    days.fixed(year, 12, 26, "Boxing Day");
    days.substitute(&WEEKEND);
    days
}

fn poland(year: i16) -> Days {
    let mut days = Days::default();
    let easter = easter(year);
    for (month, day, name) in [
        (1, 1, "New Year's Day"),
        (1, 6, "Epiphany"),
        (5, 1, "Labour Day"),
        (5, 3, "Constitution Day"),
        (8, 15, "Assumption and Armed Forces Day"),
        (11, 1, "All Saints' Day"),
        (11, 11, "Independence Day"),
        (12, 24, "Christmas Eve"),
        (12, 25, "Christmas Day"),
        (12, 26, "Second day of Christmas"),
    ] {
        days.fixed(year, month, day, name);
    }
    for (after, name) in [
        (0, "Easter Sunday"),
        (1, "Easter Monday"),
        (49, "Pentecost"),
        (60, "Corpus Christi"),
    ] {
        days.add(plus(easter, after), name);
    }
    days
}

fn china(year: i16) -> Option<Days> {
    // month and day of the lunar new year, Qingming, Dragon Boat and Mid-Autumn
    let [spring, tomb, dragon, moon] = match year {
        2025 => [(1, 29), (4, 4), (5, 31), (10, 6)],
        2026 => [(2, 17), (4, 5), (6, 19), (9, 25)],
        2027 => [(2, 6), (4, 5), (6, 9), (9, 15)],
        2028 => [(1, 26), (4, 4), (5, 28), (10, 3)],
        2029 => [(2, 13), (4, 4), (6, 16), (9, 22)],
        2030 => [(2, 3), (4, 5), (6, 5), (9, 12)],
        _ => return None,
    };
    let mut days = Days::default();
    let new_year = Date::new(year, spring.0, spring.1).ok()?;
    for after in -1..=2 {
        days.add(plus(new_year, after), "Spring Festival");
    }
    days.fixed(year, 1, 1, "New Year's Day");
    days.fixed(year, tomb.0, tomb.1, "Qingming");
    days.fixed(year, 5, 1, "Labour Day");
    days.fixed(year, 5, 2, "Labour Day");
    days.fixed(year, dragon.0, dragon.1, "Dragon Boat Festival");
    for day in 1..=3 {
        days.fixed(year, 10, day, "National Day");
    }
    days.fixed(year, moon.0, moon.1, "Mid-Autumn Festival");
    days.substitute(&WEEKEND);
    // working days that the State Council gave away in exchange for weekends
    let swapped: &[(i8, i8)] = match year {
        2025 => &[(2, 3), (2, 4), (5, 5), (10, 7), (10, 8)],
        2026 => &[(1, 2), (2, 20), (2, 23), (5, 5), (10, 6), (10, 7)],
        _ => &[],
    };
    for &(month, day) in swapped {
        days.fixed(year, month, day, "Holiday (swapped day)");
    }
    Some(days)
}

fn singapore(year: i16) -> Option<Days> {
    // Chinese New Year, Hari Raya Puasa, Hari Raya Haji, Vesak Day, Deepavali
    let [spring, puasa, haji, vesak, deepavali] = match year {
        2025 => [(1, 29), (3, 31), (6, 7), (5, 12), (10, 20)],
        2026 => [(2, 17), (3, 21), (5, 27), (5, 31), (11, 8)],
        2027 => [(2, 6), (3, 10), (5, 17), (5, 20), (10, 28)],
        _ => return None,
    };
    let mut days = Days::default();
    let new_year = Date::new(year, spring.0, spring.1).ok()?;
    days.add(new_year, "Chinese New Year");
    days.add(plus(new_year, 1), "Chinese New Year");
    days.add(plus(easter(year), -2), "Good Friday");
    for ((month, day), name) in [
        ((1, 1), "New Year's Day"),
        (puasa, "Hari Raya Puasa"),
        ((5, 1), "Labour Day"),
        (haji, "Hari Raya Haji"),
        (vesak, "Vesak Day"),
        ((8, 9), "National Day"),
        (deepavali, "Deepavali"),
        ((12, 25), "Christmas Day"),
    ] {
        days.fixed(year, month, day, name);
    }
    days.substitute(&[Weekday::Sunday]);
    Some(days)
}

fn japan(year: i16) -> Days {
    let mut days = Days::default();
    for (month, day, name) in [
        (1, 1, "New Year's Day"),
        (2, 11, "Foundation Day"),
        (2, 23, "Emperor's Birthday"),
        (3, equinox(year, 208_431), "Vernal Equinox"),
        (4, 29, "Showa Day"),
        (5, 3, "Constitution Day"),
        (5, 4, "Greenery Day"),
        (5, 5, "Children's Day"),
        (8, 11, "Mountain Day"),
        (9, equinox(year, 232_488), "Autumnal Equinox"),
        (11, 3, "Culture Day"),
        (11, 23, "Labour Thanksgiving Day"),
    ] {
        days.fixed(year, month, day, name);
    }
    days.nth(year, 1, 2, Weekday::Monday, "Coming of Age Day");
    days.nth(year, 7, 3, Weekday::Monday, "Marine Day");
    days.nth(year, 9, 3, Weekday::Monday, "Respect for the Aged Day");
    days.nth(year, 10, 2, Weekday::Monday, "Sports Day");
    // a weekday between two holidays is one too, before substitutes are handed out
    let between: Vec<Date> = days
        .0
        .keys()
        .map(|&date| plus(date, 1))
        .filter(|date| !days.0.contains_key(date) && days.0.contains_key(&plus(*date, 1)))
        .filter(|date| date.weekday() != Weekday::Sunday)
        .collect();
    days.substitute(&[Weekday::Sunday]);
    for date in between {
        days.add(date, "Citizens' Holiday");
    }
    days
}

/// Approximates the day of an equinox in Japan; good from 1980 to 2099. `start` is the day of 1980 in
/// ten-thousandths, the year adds 0.242194 days and every leap day takes one away.
fn equinox(year: i16, start: i64) -> i8 {
    let years = i64::from(year) - 1980;
    let day = (start * 100 + 242_194 * years).div_euclid(1_000_000) - years / 4;
    i8::try_from(day).unwrap_or(20)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(country: Country, year: i16) -> Vec<String> {
        holidays(country, year)
            .unwrap()
            .into_iter()
            .map(|(date, name)| format!("{date} {name}"))
            .collect()
    }

    #[test]
    fn a_saturday_holiday_in_america_is_observed_on_friday() {
        let days = names(Country::UnitedStates, 2026);
        assert!(days.contains(&"2026-07-03 Independence Day".to_owned()));
        assert!(days.contains(&"2026-11-26 Thanksgiving".to_owned()));
        assert!(
            names(Country::UnitedStates, 2027).contains(&"2027-12-31 New Year's Day".to_owned())
        );
    }

    #[test]
    fn boxing_day_on_a_saturday_moves_to_monday_in_england() {
        assert!(
            names(Country::England, 2026).contains(&"2026-12-28 Holiday (substitute)".to_owned())
        );
        let two = names(Country::England, 2027);
        assert!(two.contains(&"2027-12-27 Holiday (substitute)".to_owned()));
        assert!(two.contains(&"2027-12-28 Holiday (substitute)".to_owned()));
    }

    #[test]
    fn corpus_christi_follows_easter() {
        assert!(names(Country::Poland, 2026).contains(&"2026-06-04 Corpus Christi".to_owned()));
    }

    #[test]
    fn a_chinese_holiday_on_a_weekend_is_made_up_for() {
        let days = names(Country::China, 2026);
        assert!(days.contains(&"2026-04-06 Holiday (substitute)".to_owned()));
        assert!(days.contains(&"2026-02-23 Holiday (swapped day)".to_owned()));
    }

    #[test]
    fn the_day_between_two_japanese_holidays_is_free_in_2026() {
        let days = names(Country::Japan, 2026);
        assert!(days.contains(&"2026-09-22 Citizens' Holiday".to_owned()));
        assert!(days.contains(&"2026-05-06 Holiday (substitute)".to_owned()));
    }

    #[test]
    fn years_without_a_table_are_refused_not_guessed() {
        assert!(holidays(Country::China, 2031).is_err());
        assert!(holidays(Country::Singapore, 2028).is_err());
    }
}
