//! Medians and the like.

/// A figure of each round.
#[derive(Clone, Debug, Default)]
pub struct Series(Vec<f64>);

impl Series {
    /// Adds the figure of a round.
    pub fn push(&mut self, figure: f64) {
        self.0.push(figure);
    }

    /// The median; between the two in the middle if their number is even.
    pub fn median(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        match sorted.as_slice() {
            [] => f64::NAN,
            figures if figures.len() % 2 == 1 => figures[middle],
            figures => f64::midpoint(figures[middle - 1], figures[middle]),
        }
    }

    /// The last one.
    pub fn last(&self) -> f64 {
        self.0.last().copied().unwrap_or(f64::NAN)
    }

    /// The smallest one.
    pub fn min(&self) -> f64 {
        self.0.iter().copied().fold(f64::NAN, f64::min)
    }

    /// The largest one.
    pub fn max(&self) -> f64 {
        self.0.iter().copied().fold(f64::NAN, f64::max)
    }

    /// In how many rounds it was measured.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// This figure divided by the other one, for each round.
    pub fn by(&self, other: &Self) -> Self {
        self.0.iter().zip(&other.0).map(|(a, b)| a / b).collect()
    }

    /// This figure minus the other one, for each round.
    pub fn less(&self, other: &Self) -> Self {
        self.0.iter().zip(&other.0).map(|(a, b)| a - b).collect()
    }
}

impl FromIterator<f64> for Series {
    fn from_iter<T: IntoIterator<Item = f64>>(figures: T) -> Self {
        Self(figures.into_iter().collect())
    }
}

/// The smallest figure that `share` of all do not exceed (nearest rank).
pub fn quantile(figures: &[f64], share: f64) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (share * sorted.len() as f64).ceil() as usize;
    let at = rank.clamp(1, sorted.len().max(1)) - 1;
    sorted.get(at).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::{Series, quantile};

    #[test]
    fn the_median_is_in_the_middle() {
        let series = |figures: &[f64]| figures.iter().copied().collect::<Series>();
        assert_eq!(series(&[3.0, 1.0, 2.0]).median(), 2.0);
        assert_eq!(series(&[4.0, 1.0, 2.0, 3.0]).median(), 2.5);
        assert!(series(&[]).median().is_nan());
        assert_eq!(series(&[3.0, 1.0]).by(&series(&[2.0, 4.0])).max(), 1.5);
    }

    #[test]
    fn a_quantile_is_one_of_the_figures() {
        let figures: Vec<f64> = (1..=200).rev().map(f64::from).collect();
        assert_eq!(quantile(&figures, 0.99), 198.0);
        assert_eq!(quantile(&figures, 1.0), 200.0);
        assert_eq!(quantile(&[7.0], 0.99), 7.0);
    }
}
