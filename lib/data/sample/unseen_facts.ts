/**
 * Facts in plain sentences that no training question asks for, in any direction.
 *
 * @module
 */
import type { Topic } from "./facts.ts";

/** Facts that are asked for from their subject alone. */
export type UnseenTopic = Pick<Topic, "name" | "pairs"> & { readonly stems: readonly string[] };

/** Five topics of six facts. */
export const UNSEEN_TOPICS: readonly UnseenTopic[] = [
  {
    name: "enzyme deficiencies",
    stems: [
      "Which enzyme is deficient in {x}?",
      "A child is found to have {x}. Which enzyme does not work?",
    ],
    pairs: [
      ["Gaucher disease", "glucocerebrosidase"],
      ["Fabry disease", "alpha-galactosidase"],
      ["Tay-Sachs disease", "hexosaminidase"],
      ["Pompe disease", "acid maltase"],
      ["phenylketonuria", "phenylalanine hydroxylase"],
      ["alkaptonuria", "homogentisate oxidase"],
    ],
  },
  {
    name: "vectors",
    stems: [
      "Which animal carries {x} to people?",
      "A traveller has come home with {x}. What has bitten the traveller?",
    ],
    pairs: [
      ["dengue", "Aedes mosquito"],
      ["visceral leishmaniasis", "sandfly"],
      ["bubonic plague", "rat flea"],
      ["Rocky Mountain spotted fever", "dog tick"],
      ["Chagas disease", "triatomine bug"],
      ["river blindness", "blackfly"],
    ],
  },
  {
    name: "inhibited enzymes",
    stems: ["Which enzyme does {x} inhibit?", "By blocking which enzyme does {x} work?"],
    pairs: [
      ["allopurinol", "xanthine oxidase"],
      ["methotrexate", "dihydrofolate reductase"],
      ["aspirin", "cyclooxygenase"],
      ["zileuton", "lipoxygenase"],
      ["acetazolamide", "carbonic anhydrase"],
      ["neostigmine", "acetylcholinesterase"],
    ],
  },
  {
    name: "genes",
    stems: ["Mutations of which gene cause {x}?", "A family has {x}. Which gene is tested?"],
    pairs: [
      ["cystic fibrosis", "CFTR"],
      ["hereditary hemochromatosis", "HFE"],
      ["Huntington disease", "HTT"],
      ["Wilson disease", "ATP7B"],
      ["Marfan syndrome", "FBN1"],
      ["Duchenne muscular dystrophy", "DMD"],
    ],
  },
  {
    name: "targets of antibodies",
    stems: [
      "Against what are the antibodies of {x} directed?",
      "A patient has {x}. What do the patient's antibodies bind?",
    ],
    pairs: [
      ["myasthenia gravis", "acetylcholine receptor"],
      ["Lambert-Eaton syndrome", "calcium channels"],
      ["Graves disease", "thyrotropin receptor"],
      ["Hashimoto thyroiditis", "thyroid peroxidase"],
      ["primary biliary cholangitis", "mitochondria"],
      ["celiac disease", "tissue transglutaminase"],
    ],
  },
];
