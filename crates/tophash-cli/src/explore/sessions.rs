//! The maps of all tabs: each under an id that nobody can guess, and only so many at a time.

use std::sync::{Arc, Mutex};

use tophash::HashMap;

use super::lab::Lab;

/// The most maps at a time. One more, and the one that was used least recently goes.
pub(crate) const MAPS_MAX: usize = 32;

/// A map that requests may share; they use it one after another.
pub(crate) type SharedLab = Arc<Mutex<Lab>>;

struct Session {
    lab: SharedLab,
    /// The use of any map that used this one last.
    last_use: u64,
}

/// The maps that are there.
pub(crate) struct Sessions {
    by_id: HashMap<String, Session>,
    capacity: usize,
    use_count: u64,
    draw: Box<dyn FnMut() -> u64 + Send>,
}

impl Sessions {
    /// Room for `capacity` maps, whose ids come from `draw`.
    pub(crate) fn new(capacity: usize, draw: impl FnMut() -> u64 + Send + 'static) -> Self {
        assert!(capacity > 0, "there is room for a map");
        Self { by_id: HashMap::new(), capacity, use_count: 0, draw: Box::new(draw) }
    }

    /// Takes a map in, and evicts another if there is no room. Returns its id.
    pub(crate) fn start(&mut self, lab: Lab) -> String {
        while self.by_id.len() >= self.capacity {
            self.evict_one();
        }
        let id = format!("{:016x}{:016x}", (self.draw)(), (self.draw)());
        self.use_count += 1;
        let session = Session { lab: Arc::new(Mutex::new(lab)), last_use: self.use_count };
        self.by_id.insert(id.clone(), session);
        id
    }

    /// The map of this id, which is now the most recently used.
    pub(crate) fn find(&mut self, id: &str) -> Option<SharedLab> {
        self.use_count += 1;
        let session = self.by_id.get_mut(id)?;
        session.last_use = self.use_count;
        Some(Arc::clone(&session.lab))
    }

    fn evict_one(&mut self) {
        let oldest = self.by_id.iter().min_by_key(|(_, session)| session.last_use);
        if let Some(id) = oldest.map(|(id, _)| id.clone()) {
            self.by_id.remove(&id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Sessions;
    use crate::explore::lab::Lab;
    use crate::explore::random::Random;

    fn sessions(capacity: usize) -> Sessions {
        let mut random = Random::from_seed(1);
        Sessions::new(capacity, move || random.number())
    }

    fn lab() -> Lab {
        Lab::new(Random::from_seed(2))
    }

    #[test]
    fn the_map_that_was_not_used_for_longest_is_evicted() {
        let mut sessions = sessions(2);
        let (first, second) = (sessions.start(lab()), sessions.start(lab()));
        assert!(sessions.find(&first).is_some());
        let third = sessions.start(lab());
        assert!(sessions.find(&second).is_none());
        assert!(sessions.find(&first).is_some() && sessions.find(&third).is_some());
    }

    #[test]
    fn a_thousand_tabs_leave_as_many_maps_as_there_is_room_for() {
        let mut sessions = sessions(32);
        let ids: Vec<_> = (0..1000).map(|_| sessions.start(lab())).collect();
        let present = ids.iter().filter(|id| sessions.find(id).is_some()).count();
        assert_eq!(present, 32);
    }

    #[test]
    fn an_evicted_map_lives_as_long_as_a_request_uses_it() {
        let mut sessions = sessions(1);
        let id = sessions.start(lab());
        let in_use = sessions.find(&id).unwrap();
        sessions.start(lab());
        assert!(in_use.lock().unwrap().insert("alice", "30").is_ok());
    }
}
