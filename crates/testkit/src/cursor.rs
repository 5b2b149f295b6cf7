//! What a walk, a scan or a loop may still produce while the map is written to: rules I1 to I5.

/// The model's entries, each in the place that its key numbers. Each has a number of its own, its
/// birth: an entry that is removed and inserted again is another one, one that is overwritten stays
/// itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entries {
    held: Vec<Option<Held>>,
    count: usize,
    last_birth: usize,
}

#[derive(Clone, Copy, Debug)]
struct Held {
    value: u32,
    birth: usize,
}

impl Entries {
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    fn held(&self, key: u16) -> Option<&Held> {
        self.held.get(usize::from(key))?.as_ref()
    }

    pub(crate) fn get(&self, key: u16) -> Option<u32> {
        self.held(key).map(|held| held.value)
    }

    /// All entries, in the order of their keys.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u16, u32)> + '_ {
        self.with_births().map(|(key, held)| (key, held.value))
    }

    fn with_births(&self) -> impl Iterator<Item = (u16, &Held)> + '_ {
        (0..=u16::MAX).zip(&self.held).filter_map(|(key, held)| Some((key, held.as_ref()?)))
    }

    /// Sets the value of a new or present entry; gives the former value.
    pub(crate) fn insert(&mut self, key: u16, value: u32) -> Option<u32> {
        let place = usize::from(key);
        if place >= self.held.len() {
            self.held.resize(place + 1, None);
        }
        if let Some(held) = &mut self.held[place] {
            return Some(std::mem::replace(&mut held.value, value));
        }
        self.last_birth += 1;
        self.count += 1;
        self.held[place] = Some(Held { value, birth: self.last_birth });
        None
    }

    pub(crate) fn remove(&mut self, key: u16) -> Option<u32> {
        let held = self.held.get_mut(usize::from(key))?.take()?;
        self.count -= 1;
        Some(held.value)
    }

    pub(crate) fn retain(&mut self, mut keeps: impl FnMut(u16, u32) -> bool) {
        for (key, place) in (0..=u16::MAX).zip(&mut self.held) {
            if place.take_if(|held| !keeps(key, held.value)).is_some() {
                self.count -= 1;
            }
        }
    }

    pub(crate) fn add_to_all(&mut self, change: u32) {
        for held in self.held.iter_mut().flatten() {
            held.value = held.value.wrapping_add(change);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.held.clear();
        self.count = 0;
    }
}

/// A walk, scan or loop under way, as the model sees it.
#[derive(Clone, Debug)]
pub(crate) struct Cursor {
    /// Entries that were born up to this one were there when it began.
    last_birth: usize,
    /// Whether the entry of this birth was produced; those further on were not.
    produced: Vec<bool>,
    /// Whether a change of the seed may make it begin anew.
    may_restart: bool,
    /// It belongs to another map now. What it produces must be there; no more is known of it.
    is_astray: bool,
}

impl Cursor {
    pub(crate) fn new(entries: &Entries) -> Self {
        Self {
            last_birth: entries.last_birth,
            produced: Vec::new(),
            may_restart: false,
            is_astray: false,
        }
    }

    /// The map may have another seed from now on.
    pub(crate) fn allow_restart(&mut self) {
        self.may_restart = true;
    }

    /// The map is another from now on.
    pub(crate) fn lead_astray(&mut self) {
        self.is_astray = true;
    }

    /// It began anew.
    pub(crate) fn restart(&mut self, entries: &Entries) -> Result<(), String> {
        if !self.may_restart && !self.is_astray {
            return Err("it began anew, and the seed cannot have changed".to_owned());
        }
        *self = Self::new(entries);
        Ok(())
    }

    /// It begins another part, in which each entry comes once.
    pub(crate) fn begin_part(&mut self) {
        if self.is_astray {
            self.produced.clear();
        }
    }

    /// It produced this entry.
    pub(crate) fn produce(
        &mut self,
        (key, value): (u16, u32),
        entries: &Entries,
    ) -> Result<(), String> {
        let Some(held) = entries.held(key) else {
            return Err(format!("I2: it produced {key}, which is not there"));
        };
        if held.value != value {
            let right = held.value;
            return Err(format!("I5: it produced {value} for {key}, and {right} is right"));
        }
        if self.has_produced(held) {
            return Err(format!("I3: it produced {key} twice"));
        }
        if held.birth >= self.produced.len() {
            self.produced.resize(entries.last_birth + 1, false);
        }
        self.produced[held.birth] = true;
        Ok(())
    }

    fn has_produced(&self, held: &Held) -> bool {
        self.produced.get(held.birth) == Some(&true)
    }

    /// It said that it is at its end.
    pub(crate) fn finish(&self, entries: &Entries) -> Result<(), String> {
        let is_due = |held: &Held| held.birth <= self.last_birth && !self.has_produced(held);
        let missed = entries.with_births().find(|(_, held)| !self.is_astray && is_due(held));
        missed.map_or(Ok(()), |(key, _)| {
            Err(format!("I1: it did not produce {key}, which was there all the time"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Cursor, Entries};

    fn entries(count: u16) -> Entries {
        let mut entries = Entries::default();
        (0..count).for_each(|key| assert_eq!(entries.insert(key, 7), None));
        entries
    }

    #[test]
    fn what_is_there_all_the_time_is_due_once() {
        let entries = entries(2);
        let mut cursor = Cursor::new(&entries);
        assert_eq!(cursor.produce((0, 7), &entries), Ok(()));
        assert!(cursor.finish(&entries).unwrap_err().contains("I1"));
        assert!(cursor.produce((0, 7), &entries).unwrap_err().contains("I3"));
        assert_eq!(cursor.produce((1, 7), &entries), Ok(()));
        assert_eq!(cursor.finish(&entries), Ok(()));
    }

    #[test]
    fn what_is_removed_must_not_come_and_what_is_inserted_may() {
        let mut entries = entries(2);
        let mut cursor = Cursor::new(&entries);
        assert_eq!(cursor.produce((0, 7), &entries), Ok(()));
        entries.remove(0);
        assert!(cursor.clone().produce((0, 7), &entries).unwrap_err().contains("I2"));
        entries.insert(0, 8);
        entries.remove(1);
        assert_eq!(cursor.clone().finish(&entries), Ok(()));
        assert!(cursor.clone().produce((0, 7), &entries).unwrap_err().contains("I5"));
        assert_eq!(cursor.produce((0, 8), &entries), Ok(()));
        assert!(cursor.produce((0, 8), &entries).is_err());
    }

    #[test]
    fn an_overwritten_entry_stays_itself() {
        let mut entries = entries(1);
        let mut cursor = Cursor::new(&entries);
        assert_eq!(cursor.produce((0, 7), &entries), Ok(()));
        assert_eq!(entries.insert(0, 9), Some(7));
        assert!(cursor.produce((0, 9), &entries).unwrap_err().contains("I3"));
    }

    #[test]
    fn it_begins_anew_only_when_the_seed_may_have_changed() {
        let entries = entries(1);
        let mut cursor = Cursor::new(&entries);
        cursor.produce((0, 7), &entries).unwrap();
        assert!(cursor.restart(&entries).is_err());
        cursor.allow_restart();
        assert_eq!(cursor.restart(&entries), Ok(()));
        assert_eq!(cursor.produce((0, 7), &entries), Ok(()));
    }
}
