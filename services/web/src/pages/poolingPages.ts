import type { AnyPage } from '../http/page.ts'
import { councilPage } from './council/page.ts'
import { councilBudgetPages } from './councilBudget/page.ts'
import { councilBudgetsPage } from './councilBudgets/page.ts'
import { councilNewBudgetPage } from './councilNewBudget/page.ts'
import { myBudgetPage } from './myBudget/page.ts'
import { paymentPages } from './payment/page.ts'
import { paymentsPages } from './payments/page.ts'
import { poolPages } from './pool/page.ts'
import { poolEarmarkPage } from './poolEarmark/page.ts'
import { poolEntriesPages } from './poolEntries/page.ts'
import { poolJoinPage } from './poolJoin/page.ts'
import { poolLeavePage } from './poolLeave/page.ts'
import { poolNewPage } from './poolNew/page.ts'
import { poolProposeRulesPage } from './poolProposeRules/page.ts'
import { poolReleasePage } from './poolRelease/page.ts'
import { poolRulesPage } from './poolRules/page.ts'
import { poolSignaturePage } from './poolSignature/page.ts'
import { poolSpendPage } from './poolSpend/page.ts'
import { poolsPage } from './pools/page.ts'
import { spendCheckPage } from './spendCheck/page.ts'
import { spendInvoicePage } from './spendInvoice/page.ts'
import { spendNewPage, spendPayeePage } from './spendPayee/page.ts'
import { spendSharesPage } from './spendShares/page.ts'

/** The pages of pooled personal budgets: of members, of the council, of account-holders. `new` and `join` are tried before an id. */
export const poolingPages: readonly AnyPage[] = [
  myBudgetPage,
  poolsPage,
  poolNewPage,
  poolJoinPage,
  ...poolPages,
  poolRulesPage,
  poolProposeRulesPage,
  poolSignaturePage,
  poolEarmarkPage,
  poolReleasePage,
  poolLeavePage,
  ...poolEntriesPages,
  spendNewPage,
  spendPayeePage,
  spendInvoicePage,
  spendSharesPage,
  spendCheckPage,
  poolSpendPage,
  councilPage,
  councilBudgetsPage,
  councilNewBudgetPage,
  ...councilBudgetPages,
  ...paymentsPages,
  ...paymentPages,
]
