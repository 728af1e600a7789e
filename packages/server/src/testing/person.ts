/** Somebody whose identity the venue's clients have checked. Not exported. */
export const PERSON = {
  external_id: 'cust-1',
  ssn: '123456789',
  first_name: 'Nova',
  last_name: 'Star',
  date_of_birth: '1990-01-31',
  email: 'nova@example.test',
  phone_number: '+15550001111',
  ip_address: '192.0.2.7',
  address: { address_line_1: '1 Main St', city: 'Austin', state: 'TX', postal_code: '78701' },
  agreement: { version: '1', signed_at: '2026-01-05T14:00:00Z' },
}
