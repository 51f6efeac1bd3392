; R1 to R4 of the workload as rules of CLIPS 6.30. clips.sh gives the tables as facts on descriptor 4, the encounters on
; descriptor 3, one a line: id payer setting primary, then drug kind site start stop for each service, times in minutes.

; ---- Facts: the tables, an encounter, what is concluded of it.
(deftemplate drug (slot code) (slot family))
(deftemplate override (slot payer) (slot drug) (slot family))
(deftemplate way (slot what) (slot family) (slot rank) (slot first) (slot next) (slot hour))
(deftemplate encounter (slot id) (slot payer) (slot setting) (slot primary))
(deftemplate service (slot i) (slot drug) (slot kind) (slot site) (slot start) (slot stop))
(deftemplate family (slot i) (slot is))
(deftemplate given (slot i) (slot what) (slot family) (slot site) (slot start) (slot stop))
(deftemplate covered (slot i) (slot from) (slot to))
(deftemplate candidate (slot i) (slot what) (slot family) (slot rank) (slot minutes) (slot site) (slot start)
  (slot stop))
(deftemplate initial (slot place) (slot i))
(deftemplate concurrent (slot i))
(deftemplate charge (slot for) (slot part) (slot code) (slot mod) (slot units))
(deftemplate total (slot code) (slot mod) (slot units))

(deffacts ways
  (way (what infusion) (family C) (rank 1) (first 96413) (next 96417) (hour 96415))
  (way (what push) (family C) (rank 2) (first 96409) (next 96411) (hour nil))
  (way (what infusion) (family T) (rank 3) (first 96365) (next 96367) (hour 96366))
  (way (what push) (family T) (rank 4) (first 96374) (next 96375) (hour nil))
  (way (what hydration) (family H) (rank 6) (first 96360) (next 96361) (hour 96361)))

; ---- R1: the family of a drug.
(defrule family-by-payer
  (encounter (payer ?payer))
  (service (i ?i) (drug ?drug))
  (override (payer ?payer) (drug ?drug) (family ?family))
  => (assert (family (i ?i) (is ?family))))

(defrule family-usual
  (encounter (payer ?payer))
  (service (i ?i) (drug ?drug))
  (not (override (payer ?payer) (drug ?drug)))
  (drug (code ?drug) (family ?family))
  => (assert (family (i ?i) (is ?family))))

(defrule family-unknown
  (encounter (payer ?payer))
  (service (i ?i) (drug ?drug))
  (not (override (payer ?payer) (drug ?drug)))
  (not (drug (code ?drug)))
  => (assert (family (i ?i) (is T))))

; ---- R2: what a service counts as.
(defrule injected
  (service (i ?i) (kind injection))
  (family (i ?i) (is ?family))
  => (assert (given (i ?i) (what injection) (family ?family))))

(defrule hydrated
  (service (i ?i) (kind ?kind&hydration|infusion) (site ?site) (start ?start) (stop ?stop))
  (family (i ?i) (is ?family))
  (test (or (eq ?kind hydration) (eq ?family H)))
  => (assert (given (i ?i) (what hydration) (family H) (site ?site) (start ?start) (stop ?stop))))

(defrule pushed
  (service (i ?i) (kind push) (site ?site) (start ?start) (stop ?stop))
  (family (i ?i) (is ?family))
  => (assert (given (i ?i) (what push) (family (if (eq ?family C) then C else T)) (site ?site) (start ?start)
       (stop ?stop))))

(defrule infused-shortly
  (service (i ?i) (kind infusion) (site ?site) (start ?start) (stop ?stop&:(<= (- ?stop ?start) 15)))
  (family (i ?i) (is ?family&~H))
  => (assert (given (i ?i) (what push) (family ?family) (site ?site) (start ?start) (stop ?stop))))

(defrule infused
  (service (i ?i) (kind infusion) (site ?site) (start ?start) (stop ?stop&:(> (- ?stop ?start) 15)))
  (family (i ?i) (is ?family&~H))
  => (assert (given (i ?i) (what infusion) (family ?family) (site ?site) (start ?start) (stop ?stop))))

; ---- R3: minutes of hydration beside an infusion at its site do not count, less than 31 are nothing.
(defrule covered
  (given (i ?i) (what hydration) (site ?site) (start ?start) (stop ?stop))
  (given (what infusion) (site ?site) (start ?from&:(< ?from ?stop)) (stop ?to&:(> ?to ?start)))
  => (assert (covered (i ?i) (from (max ?start ?from)) (to (min ?stop ?to)))))

(defrule unite
  ?one <- (covered (i ?i) (from ?from) (to ?to))
  ?other <- (covered (i ?i) (from ?start&:(>= ?start ?from)&:(<= ?start ?to)) (to ?stop))
  (test (neq ?one ?other))
  => (retract ?one ?other)
     (assert (covered (i ?i) (from ?from) (to (max ?to ?stop)))))

(defrule candidate
  (given (i ?i) (what ?what&infusion|push) (family ?family) (site ?site) (start ?start) (stop ?stop))
  (way (what ?what) (family ?family) (rank ?rank))
  => (assert (candidate (i ?i) (what ?what) (family ?family) (rank ?rank) (minutes (- ?stop ?start)) (site ?site)
       (start ?start) (stop ?stop))))

(defrule candidate-hydration
  (declare (salience -10)) ; once all that covers it is united
  (given (i ?i) (what hydration) (site ?site) (start ?start) (stop ?stop))
  (way (what hydration) (rank ?rank))
  => (bind ?minutes (- ?stop ?start))
     (do-for-all-facts ((?part covered)) (= ?part:i ?i) (bind ?minutes (- ?minutes (- ?part:to ?part:from))))
     (if (>= ?minutes 31) then
       (assert (candidate (i ?i) (what hydration) (family H) (rank ?rank) (minutes ?minutes) (site ?site)
         (start ?start) (stop ?stop)))))

; ---- R4: which is initial, what is charged.
(deffunction before (?rank ?minutes ?start ?i ?rank2 ?minutes2 ?start2 ?i2)
  (if (<> ?rank ?rank2) then (return (< ?rank ?rank2)))
  (if (<> ?minutes ?minutes2) then (return (> ?minutes ?minutes2)))
  (if (<> ?start ?start2) then (return (< ?start ?start2)))
  (< ?i ?i2))

(defrule initial-stated
  (declare (salience -20)) ; once all candidates are known
  (encounter (setting office) (primary ?i))
  (candidate (i ?i))
  => (assert (initial (place 1) (i ?i))))

(defrule initial-best
  (declare (salience -30))
  (not (initial (place 1)))
  (candidate (i ?i) (rank ?rank) (minutes ?minutes) (start ?start))
  (not (candidate (i ?i2&~?i) (rank ?rank2) (minutes ?minutes2)
    (start ?start2&:(before ?rank2 ?minutes2 ?start2 ?i2 ?rank ?minutes ?start ?i))))
  => (assert (initial (place 1) (i ?i))))

(defrule initial-elsewhere
  (initial (place 1) (i ?first))
  (candidate (i ?first) (site ?site))
  (candidate (i ?i) (site ~?site) (rank ?rank) (minutes ?minutes) (start ?start))
  (not (candidate (i ?i2&~?i) (site ~?site) (rank ?rank2) (minutes ?minutes2)
    (start ?start2&:(before ?rank2 ?minutes2 ?start2 ?i2 ?rank ?minutes ?start ?i))))
  => (assert (initial (place 2) (i ?i))))

(deffunction hours (?minutes) (if (<= ?minutes 90) then 0 else (div (- ?minutes 31) 60)))
(deffunction charge-hours (?i ?code ?minutes)
  (if (and (neq ?code nil) (> (hours ?minutes) 0)) then
    (assert (charge (for ?i) (part hours) (code ?code) (mod "") (units (hours ?minutes))))))

(defrule charge-injection
  (given (i ?i) (what injection) (family ?family))
  => (assert (charge (for ?i) (part first) (code (if (eq ?family C) then 96401 else 96372)) (mod "") (units 1))))

(defrule charge-initial
  (initial (place ?place) (i ?i))
  (candidate (i ?i) (what ?what) (family ?family) (minutes ?minutes))
  (way (what ?what) (family ?family) (first ?first) (hour ?hour))
  => (assert (charge (for ?i) (part first) (code ?first) (mod (if (= ?place 2) then "59" else "")) (units 1)))
     (charge-hours ?i ?hour ?minutes))

(defrule concurrent
  (declare (salience -40)) ; once the initial ones are known
  (candidate (i ?i) (what infusion) (family T) (site ?site) (start ?start) (stop ?stop))
  (candidate (i ?other&~?i) (what infusion) (site ?site) (start ?from&:(< ?from ?stop)) (stop ?to&:(> ?to ?start)))
  (not (initial (i ?i)))
  (or (test (< ?other ?i)) (initial (i ?other)))
  => (assert (concurrent (i ?i))))

(defrule charge-concurrent ; one an encounter
  (exists (concurrent))
  => (assert (charge (for 0) (part first) (code 96368) (mod "") (units 1))))

(defrule charge-next
  (declare (salience -50)) ; once the concurrent ones are known
  (candidate (i ?i) (what ?what) (family ?family) (minutes ?minutes))
  (not (initial (i ?i)))
  (not (concurrent (i ?i)))
  (way (what ?what) (family ?family) (next ?next) (hour ?hour))
  => (assert (charge (for ?i) (part first) (code ?next) (mod "") (units 1)))
     (charge-hours ?i ?hour ?minutes))

(defrule total-begin
  (charge (code ?code) (mod ?mod))
  (not (total (code ?code) (mod ?mod)))
  => (assert (total (code ?code) (mod ?mod) (units 0))))

(defrule total-add
  ?charge <- (charge (code ?code) (mod ?mod) (units ?units))
  ?total <- (total (code ?code) (mod ?mod) (units ?sum))
  => (retract ?charge)
     (modify ?total (units (+ ?sum ?units))))

; ---- Encounter after encounter: facts asserted, rules run, the answer written, facts retracted.
(defglobal ?*took* = 0 ?*count* = 0)

(deffunction later (?a ?b)
  (bind ?x (fact-slot-value ?a code))
  (bind ?y (fact-slot-value ?b code))
  (or (> ?x ?y) (and (= ?x ?y) (> (str-compare (fact-slot-value ?a mod) (fact-slot-value ?b mod)) 0))))

(deffunction encounter-assert (?words)
  (assert (encounter (id (nth$ 1 ?words)) (payer (nth$ 2 ?words)) (setting (nth$ 3 ?words)) (primary (nth$ 4 ?words))))
  (bind ?at 5)
  (bind ?i 1)
  (while (< ?at (length$ ?words)) do
    (assert (service (i ?i) (drug (nth$ ?at ?words)) (kind (nth$ (+ ?at 1) ?words)) (site (nth$ (+ ?at 2) ?words))
      (start (nth$ (+ ?at 3) ?words)) (stop (nth$ (+ ?at 4) ?words))))
    (bind ?at (+ ?at 5))
    (bind ?i (+ ?i 1))))

(deffunction answer-write (?id)
  (bind ?text "")
  (bind ?comma "")
  (foreach ?total (sort later (find-all-facts ((?t total)) TRUE))
    (bind ?text (str-cat ?text ?comma "{\"code\":\"" (fact-slot-value ?total code) "\",\"mod\":\""
      (fact-slot-value ?total mod) "\",\"units\":" (fact-slot-value ?total units) "}"))
    (bind ?comma ","))
  (format t "{\"id\":\"%s\",\"derived\":[%s]}%n" ?id ?text)) ; in one piece: each piece is a call of the system

(deffunction encounter-retract ()
  (do-for-all-facts ((?f encounter service family given covered candidate initial concurrent charge total)) TRUE
    (retract ?f)))

(deffunction answer-all ()
  (while (neq (bind ?line (readline encounters)) EOF) do
    (bind ?words (explode$ ?line))
    (bind ?begin (time))
    (encounter-assert ?words)
    (run)
    (bind ?*took* (+ ?*took* (- (time) ?begin)))
    (answer-write (nth$ 1 ?words))
    (bind ?begin (time))
    (encounter-retract)
    (bind ?*took* (+ ?*took* (- (time) ?begin)))
    (bind ?*count* (+ ?*count* 1))))

(deffunction main ()
  (load-facts "/dev/fd/4")
  (open "/dev/fd/3" encounters "r")
  (answer-all)
  (open "/dev/stderr" report "a")
  (format report "evaluate %.1f%n" (/ (* ?*took* 1e9) (max 1 ?*count*))))
