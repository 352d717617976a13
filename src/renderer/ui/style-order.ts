// Loads all style sheets of ui before those of any feature. Features override ui classes, and of two rules with the same
// specificity the later one wins.
import.meta.glob('./*.module.css', { eager: true })
